package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.GoText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Go has to say of texts that should be bytes or a time and are not. Stateless. */
public final class GoValues {
    private static final String FRACTION = ".000000";
    private static final Pattern TIME = Pattern
            .compile("(\\d{4})-(\\d\\d)-(\\d\\d)T(\\d\\d):(\\d\\d):(\\d\\d)([.,]\\d+)?(Z|[+-]\\d\\d:\\d\\d)");
    private static final int[] DAYS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    /** The parts of the layout in their order, and what each may look like. */
    private static final String[][] PARTS = {{"2006", "\\d{4}"}, {"-", "-"}, {"01", "\\d\\d"}, {"-", "-"},
            {"02", "\\d\\d"}, {"T", "T"}, {"15", "\\d\\d"}, {":", ":"}, {"04", "\\d\\d"}, {":", ":"},
            {"05", "\\d\\d"}, {"", "([.,]\\d+)?"}, {"Z07:00", "Z|[+-]\\d\\d:\\d\\d"}};

    private GoValues() {
    }

    /**
     * What is wrong with a time, null when nothing is.
     *
     * @param micro
     *            it must have six digits of a second
     */
    public static @Nullable String timeProblem(String text, boolean micro) {
        Matcher matcher = TIME.matcher(text);
        String fraction = matcher.matches() ? matcher.group(7) : null;
        if (matcher.matches() && (!micro || (fraction != null && fraction.length() == FRACTION.length()))) {
            return rangeProblem(matcher, text);
        }
        String layout = "2006-01-02T15:04:05" + (micro ? FRACTION : "") + "Z07:00";
        String rest = text;
        for (String[] each : PARTS) {
            String[] part = each[0].isEmpty() && micro ? new String[]{FRACTION, "[.,]\\d{6}"} : each;
            Matcher found = Pattern.compile(part[1]).matcher(rest);
            if (!found.lookingAt()) {
                return "parsing time " + GoText.quotedAscii(text) + " as " + GoText.quotedAscii(layout)
                        + ": cannot parse " + GoText.quotedAscii(rest) + " as " + GoText.quotedAscii(part[0]);
            }
            rest = rest.substring(found.end());
        }
        return "parsing time " + GoText.quotedAscii(text) + ": extra text: " + GoText.quotedAscii(rest);
    }

    private static @Nullable String rangeProblem(Matcher time, String text) {
        int month = Integer.parseInt(time.group(2));
        int day = Integer.parseInt(time.group(3));
        String what = null;
        if (month < 1 || month > 12) {
            what = "month";
        } else if (Integer.parseInt(time.group(4)) > 23) {
            what = "hour";
        } else if (Integer.parseInt(time.group(5)) > 59) {
            what = "minute";
        } else if (Integer.parseInt(time.group(6)) > 59) {
            what = "second";
        } else if (day < 1 || day > days(Integer.parseInt(time.group(1)), month)) {
            what = "day";
        }
        return what == null ? null : "parsing time " + GoText.quotedAscii(text) + ": " + what + " out of range";
    }

    private static int days(int year, int month) {
        return month == 2 && !java.time.Year.isLeap(year) ? 28 : DAYS[month - 1];
    }

    /** What is wrong with bytes in base 64, null when nothing is. */
    static @Nullable String base64Problem(String text) {
        int bad = badByte(text);
        return bad < 0 ? null : "illegal base64 data at input byte " + bad;
    }

    /** Where a decoder that wants padding gives up, -1 when it does not; line ends do not count. */
    private static int badByte(String text) {
        int inGroup = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                continue;
            }
            if (c == '=') {
                return badPadding(text, i, inGroup);
            }
            if (!isDigit(c)) {
                return i;
            }
            inGroup = (inGroup + 1) % 4;
        }
        return inGroup == 0 ? -1 : text.length() - inGroup;
    }

    private static int badPadding(String text, int at, int inGroup) {
        if (inGroup < 2) {
            return at;
        }
        int next = skipLineEnds(text, at + 1);
        if (inGroup == 2) {
            if (next == text.length()) {
                return text.length();
            }
            if (text.charAt(next) != '=') {
                return next;
            }
            next = skipLineEnds(text, next + 1);
        }
        return next < text.length() ? next : -1;
    }

    private static int skipLineEnds(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    }
}
