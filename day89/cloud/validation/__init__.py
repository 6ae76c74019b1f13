"""What AWS refuses and moto accepts: a table of rules, each with its AWS source."""
