/** Origins of the other two servers, in a file that the page server makes. */
export const app: string;
export const edge: string;
