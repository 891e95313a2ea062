-- A chat that was deleted: nobody's from then on, and a job takes its messages, then the row.
ALTER TABLE chats ADD COLUMN doomed_at timestamptz;
