export const settings = {
  lead: 'Contraseña, idioma, aspecto y reglas de este servidor.',
};
