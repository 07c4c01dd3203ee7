//! G.711, the sound of telephones: 8 bits for each sample, on a logarithmic scale (ITU-T G.711).

/// Added before a sample is put on the µ-law scale.
const BIAS: i32 = 0x84;
const MOST: i32 = 32_635;

/// A sample of µ-law.
#[must_use]
pub fn from_mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = (byte >> 4) & 7;
    let magnitude = ((i32::from(byte & 0x0f) << 3) + BIAS) << exponent;
    let sample = magnitude - BIAS;
    // It has 14 bits.
    (if byte & 0x80 == 0 { sample } else { -sample }) as i16
}

/// A sample on the µ-law scale.
#[must_use]
pub fn to_mu_law(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(MOST) + BIAS;
    let exponent = (7_u8).saturating_sub((magnitude << 17).leading_zeros() as u8);
    let mantissa = ((magnitude >> (exponent + 3)) & 0x0f) as u8;
    !(sign | exponent << 4 | mantissa)
}

/// A sample of A-law.
#[must_use]
pub fn from_a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let exponent = (byte >> 4) & 7;
    let mantissa = i32::from(byte & 0x0f) << 4;
    let magnitude = match exponent {
        0 => mantissa + 8,
        exponent => (mantissa + 0x108) << (exponent - 1),
    };
    // It has 13 bits.
    (if byte & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

/// A sample on the A-law scale.
#[must_use]
pub fn to_a_law(sample: i16) -> u8 {
    let (sign, magnitude) = if sample >= 0 { (0x80, i32::from(sample)) } else { (0, -i32::from(sample) - 1) };
    let magnitude = magnitude.min(0x7fff);
    let exponent = if magnitude < 0x100 { 0 } else { (24 - (magnitude as u32).leading_zeros()) as u8 };
    let shift = if exponent == 0 { 4 } else { exponent + 3 };
    let mantissa = ((magnitude >> shift) & 0x0f) as u8;
    (sign | exponent << 4 | mantissa) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back_as_it_was() {
        for byte in 0..=u8::MAX {
            // The two zeros of µ-law are one.
            let expected = if byte == 0x7f { 0xff } else { byte };
            assert_eq!(to_mu_law(from_mu_law(byte)), expected, "µ-law {byte:#x}");
            assert_eq!(to_a_law(from_a_law(byte)), byte, "A-law {byte:#x}");
        }
    }

    #[test]
    fn known_values_are_those_of_the_standard() {
        for (sample, mu, a) in [(0, 0xff, 0xd5), (32_767, 0x80, 0xaa), (-32_768, 0x00, 0x2a), (1_000, 0xce, 0xfa)] {
            assert_eq!((to_mu_law(sample), to_a_law(sample)), (mu, a), "{sample}");
        }
    }
}
