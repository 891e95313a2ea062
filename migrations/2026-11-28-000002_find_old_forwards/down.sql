SELECT 1; -- The columns go with the trigger.
