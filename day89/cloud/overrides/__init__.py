"""What moto refuses or answers otherwise than AWS: answers of our own in moto's place."""
