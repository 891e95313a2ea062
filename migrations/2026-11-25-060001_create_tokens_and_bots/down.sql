DROP TABLE bots;
DROP TABLE access_tokens;
