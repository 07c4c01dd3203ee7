export const playground = {
  lead: 'Cada tarea con medios reales y, junto a cada respuesta, cómo se obtuvo.',
};
