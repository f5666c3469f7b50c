"""Areas in time: how they change, what their codes became, boundaries, posts, findings."""
