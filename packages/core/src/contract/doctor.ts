/** The end of a message about what edge or endpoint do: the command that finds out more than a page can know. */
export const DOCTOR = "Find out why with 'npx -p secure-token-cli secure-token doctor URL --endpoint URL'.";
