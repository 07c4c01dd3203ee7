export const settings = {
  lead: 'Password, language, looks and rules of this server.',
};
