DROP TABLE deliveries;
DROP TABLE password_resets;
DROP TABLE email_codes;
DROP TABLE user_mail;
