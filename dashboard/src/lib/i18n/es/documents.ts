export const documents = {
  lead: 'Suelta PDF e imágenes y mira qué se ha leído, línea por línea.',
};
