export const requests = {
  lead: 'Cada petición tal como ocurrió.',
};
