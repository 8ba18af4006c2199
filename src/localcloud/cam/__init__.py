"""CAM: what a policy document allows (product documents 598/10604 to 598/10607). It knows no service."""
