"""A consultation for somebody who stands at the front desk, known or not."""
