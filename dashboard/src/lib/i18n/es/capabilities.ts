export const capabilities = {
  lead: 'Qué puede hacer cada modelo con cada medio, aquí y ahora.',
};
