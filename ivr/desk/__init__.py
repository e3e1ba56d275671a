"""What follows from a call: tickets, deadlines, SMS, links, and the worker that carries it out."""
