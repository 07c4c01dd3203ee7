export const integrations = {
  lead: 'Cómo apuntar tus programas a este servidor.',
};
