"""The two sides of a programme: those who take part and the coordinator."""
