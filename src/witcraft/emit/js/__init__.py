"""A plan as an ES module with TypeScript declarations: drop-in for what jco's ``transpile`` makes."""
