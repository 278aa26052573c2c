"""Reports on pages, by REST and by mail: the doors of the package `reports`, and the mails that people asked for."""
