"""What the phones at the gates call: /api/v1/gate/."""
