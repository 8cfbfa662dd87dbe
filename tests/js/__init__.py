"""The JavaScript host under Node.js and in a browser; what it needs is installed by npm on first use."""
