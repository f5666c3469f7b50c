"""The registers the law asks for: agreements, assessments, notices, consents, incidents."""
