"""A person's copy of all that is kept of it (个人信息保护法 第四十五条)."""
