export const clients = {
  lead: 'Claves para programas y personas, con límites propios.',
};
