export const start = {
  lead: 'Qué funciona ya, qué falta y la primera petición.',
};
