export const usage = {
  lead: 'En qué han quedado las peticiones: cuántas, con qué rapidez y a qué coste.',
};
