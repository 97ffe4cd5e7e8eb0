"""Any image opened safely, measured, and shown in terminal cells."""
