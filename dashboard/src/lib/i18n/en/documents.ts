export const documents = {
  lead: 'Drop PDFs and pictures, and see what was read, line by line.',
};
