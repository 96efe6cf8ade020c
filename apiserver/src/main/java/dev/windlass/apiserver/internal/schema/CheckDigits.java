package dev.windlass.apiserver.internal.schema;

import java.util.regex.Pattern;

/** Numbers of which the last digit follows from the others. Stateless. */
final class CheckDigits {
    private static final Pattern ISBN_10 = Pattern.compile("\\d{9}[\\dX]");
    private static final Pattern ISBN_13 = Pattern.compile("\\d{13}");
    /** By the issuers that Kubernetes knows. */
    private static final Pattern CARD = Pattern.compile("4\\d{12}(?:\\d{3})?|5[1-5]\\d{14}|6(?:011|5\\d\\d)\\d{12}"
            + "|3[47]\\d{13}|3(?:0[0-5]|[68]\\d)\\d{11}|(?:2131|1800|35\\d{3})\\d{11}");

    private CheckDigits() {
    }

    static boolean isIsbn10(String text) {
        String digits = text.replaceAll("[\\s-]+", "");
        if (!ISBN_10.matcher(digits).matches()) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            sum += (i + 1) * (digits.charAt(i) == 'X' ? 10 : digits.charAt(i) - '0');
        }
        return sum % 11 == 0;
    }

    static boolean isIsbn13(String text) {
        String digits = text.replaceAll("[\\s-]+", "");
        return ISBN_13.matcher(digits).matches() && weighted(digits, 3, false) % 10 == 0;
    }

    static boolean isCreditCard(String text) {
        String digits = text.replaceAll("[^0-9]+", "");
        return CARD.matcher(digits).matches() && weighted(digits, 2, true) % 10 == 0;
    }

    /** The sum of the digits, every second one from the end but the last weighed; of what has two digits then, if wanted, their sum. */
    private static int weighted(String digits, int weight, boolean crosswise) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            boolean weighs = (digits.length() - 1 - i) % 2 == 1;
            int digit = (digits.charAt(i) - '0') * (weighs ? weight : 1);
            sum += crosswise && digit > 9 ? digit - 9 : digit;
        }
        return sum;
    }
}
