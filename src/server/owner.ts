/** The local user: over stdio and at the terminal, whoever may read the data directory. */
export const LOCAL_OWNER = 'local';
