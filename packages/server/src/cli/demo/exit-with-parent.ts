// Imported into every child of the demo: however the demo ends, even killed, nothing of it stays behind.
process.on("disconnect", () => process.exit(0));
process.channel?.unref();
