export const lab = {
  lead: 'Prueba todos los modelos y envía peticiones tal como las escribes.',
};
