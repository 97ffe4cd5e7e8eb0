"""What is judged of auto labels by what people decided: the queue, the rule, the audit."""
