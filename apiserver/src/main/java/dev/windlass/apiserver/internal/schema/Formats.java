package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.net.AddressSyntax;
import dev.windlass.apiserver.internal.net.Url;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The string formats that a schema can ask for, as Kubernetes reads them; an unknown one accepts everything, as there. Stateless. */
public final class Formats {
    private static final String HEX = "[0-9a-fA-F]";
    private static final String PAIR = HEX + "{2}";
    private static final String QUAD = HEX + "{4}";
    private static final String LETTER = "[a-zA-Z0-9\\p{S}\\p{L}]";
    private static final String LABEL = LETTER + "(?:[-a-zA-Z0-9\\p{S}\\p{L}]{0,61}" + LETTER + ")?";
    private static final String SHADE = "(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";
    private static final Pattern HOSTNAME = Pattern
            .compile(LETTER + "-?" + LETTER + "{0,62}|(?:" + LABEL + "\\.)+[a-zA-Z\\p{L}]{2,63}");
    private static final Pattern TIME = Pattern
            .compile("(\\d{2}):(\\d{2}):(\\d{2})(?:.\\d+)?(?:z|[+-]\\d{2}:\\d{2})");
    private static final int LONGEST_HOSTNAME = 255;
    private static final int LONGEST_LABEL = 63;
    private static final int SSN_LENGTH = 11;

    private static final Map<String, Predicate<String>> OF_TEXTS = Map.ofEntries(
            Map.entry("bsonobjectid", matching(HEX + "{24}")),
            Map.entry("uri", Formats::isUri),
            Map.entry("email", MailAddress::matches),
            Map.entry("hostname", Formats::isHostname),
            Map.entry("ipv4", text -> text.contains(".") && Addresses.parse(text) != null),
            Map.entry("ipv6", text -> text.contains(":") && AddressSyntax.isAddress(text)),
            Map.entry("cidr", text -> Addresses.range(text) != null),
            Map.entry("mac", matching(PAIR + "([:-])" + PAIR + "(?:\\1" + PAIR + "){4}(?:(?:\\1" + PAIR + "){2}|(?:\\1"
                    + PAIR + "){14})?|" + QUAD + "(?:\\." + QUAD + "){2}(?:\\." + QUAD + "|(?:\\." + QUAD + "){7})?")),
            Map.entry("uuid", uuid(HEX, HEX)),
            Map.entry("uuid3", uuid("3", HEX)),
            Map.entry("uuid4", uuid("4", "[89abAB]")),
            Map.entry("uuid5", uuid("5", "[89abAB]")),
            Map.entry("isbn", text -> CheckDigits.isIsbn10(text) || CheckDigits.isIsbn13(text)),
            Map.entry("isbn10", CheckDigits::isIsbn10),
            Map.entry("isbn13", CheckDigits::isIsbn13),
            Map.entry("creditcard", CheckDigits::isCreditCard),
            Map.entry("ssn", matching("\\d{3}[- ]?\\d{2}[- ]?\\d{4}").and(text -> text.length() == SSN_LENGTH)),
            Map.entry("hexcolor", matching("#?(?:" + HEX + "{3}){1,2}")),
            Map.entry("rgbcolor", matching("rgb\\(\\s*" + SHADE + "(?:\\s*,\\s*" + SHADE + "){2}\\s*\\)")),
            Map.entry("byte",
                    matching("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")),
            Map.entry("password", _ -> true),
            Map.entry("date", Formats::isDate),
            Map.entry("datetime", Formats::isDateTime),
            Map.entry("duration", GoDuration::isDuration),
            Map.entry("k8sshortname", text -> NameRules.label(text).isEmpty()),
            Map.entry("k8slongname", text -> NameRules.subdomain(text).isEmpty()));

    private Formats() {
    }

    private static Predicate<String> matching(String regex) {
        return Pattern.compile(regex).asMatchPredicate();
    }

    /** @param version what its third group begins with, as its fourth does with a variant */
    private static Predicate<String> uuid(String version, String variant) {
        return matching(HEX + "{8}-?" + QUAD + "-?" + version + HEX + "{3}-?" + variant + HEX + "{3}-?" + HEX + "{12}");
    }

    /** Whether a format means anything for a type of values. */
    public static boolean isKnown(String type, String format) {
        return switch (type) {
            case "", "string" -> OF_TEXTS.containsKey(plain(format));
            case "integer" -> format.equals("int32") || format.equals("int64");
            case "number" -> format.equals("float") || format.equals("double");
            default -> false;
        };
    }

    private static String plain(String format) {
        return format.replace("-", "");
    }

    /** Whether a text has a format; one that is not known accepts everything. */
    public static boolean accepts(String format, String text) {
        return OF_TEXTS.getOrDefault(plain(format), _ -> true).test(text);
    }

    private static boolean isDateTime(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("t", -1);
        if (parts.length < 2 || !isDate(parts[0])) {
            return false;
        }
        Matcher time = TIME.matcher(parts[1]);
        return time.matches() && time.group(1).compareTo("23") <= 0 && time.group(2).compareTo("59") <= 0
                && time.group(3).compareTo("59") <= 0;
    }

    private static boolean isDate(String text) {
        try {
            return text.matches("\\d{4}-\\d\\d-\\d\\d") && LocalDate.parse(text) != null;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static boolean isHostname(String text) {
        return HOSTNAME.matcher(text).matches() && GoText.length(text) <= LONGEST_HOSTNAME
                && Arrays.stream(text.split("\\.", -1)).allMatch(label -> GoText.length(label) <= LONGEST_LABEL);
    }

    private static boolean isUri(String text) {
        try {
            var _ = Url.parseRequest(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
