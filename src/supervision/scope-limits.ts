/** Times that an actor is restarted alone at one place; when it fails there again, its region restarts. */
export const LONE_RESTARTS_IN_ROW_MAX = 3
