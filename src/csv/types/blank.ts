/** Whether a byte is a space or a tab, which do not count around a cell. */
export const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09
