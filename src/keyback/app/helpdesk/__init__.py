"""What the helpdesk does: checking who calls, acting for somebody on that, and its queues."""
