"""Reading the audit log and the sign-in log: what is asked for, who may see it, and as whom people are shown."""
