/** The viewer. An app of yours has a session; here every tab is a viewer of its own. */
export const viewer = sessionStorage.getItem('viewer') ?? crypto.randomUUID();
sessionStorage.setItem('viewer', viewer);
