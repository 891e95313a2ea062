DROP TABLE space_order;
DROP TABLE reports;
DROP TABLE invites;
DROP TABLE past_members;
DROP TABLE bans;
DROP TABLE audit_log;
