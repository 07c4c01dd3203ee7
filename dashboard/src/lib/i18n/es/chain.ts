export const chain = {
  lead: 'En qué orden se prueban los destinos.',
};
