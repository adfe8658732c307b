/** Who acts, as entries say it. Until there is sign-in, whoever reaches the port. */
export const ACTOR = 'rest:anyone';
