export const providers = {
  lead: 'Quién responde, con qué claves y cuánto queda de cada una.',
};
