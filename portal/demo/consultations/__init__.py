"""Made-up consultations: topics, consultants with their weeks, what was talked about, and what comes."""
