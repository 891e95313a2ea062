DROP TABLE notification_levels;
DROP TABLE notification_settings;
DROP TABLE notifications;
