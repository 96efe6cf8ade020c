package dev.windlass.apiserver.internal.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/** The string formats that a schema can ask for; an unknown one accepts everything, as in Kubernetes. */
public final class Formats {
    private static final Set<String> KNOWN = Set.of("bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr",
            "mac", "uuid", "uuid3", "uuid4", "uuid5", "isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor",
            "rgbcolor", "byte", "password", "date", "duration", "datetime", "k8sshortname", "k8slongname");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+");
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final Pattern UUID = Pattern
            .compile("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
    private static final Pattern HOSTNAME = Pattern
            .compile("[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*\\.?");

    private Formats() {
    }

    /** Whether a format means anything for a type of values. */
    public static boolean isKnown(String type, String format) {
        return switch (type) {
            case "", "string" -> KNOWN.contains(format.replace("-", ""));
            case "integer" -> format.equals("int32") || format.equals("int64");
            case "number" -> format.equals("float") || format.equals("double");
            default -> false;
        };
    }

    /** Whether a text has a format; one that is not known accepts everything. */
    public static boolean accepts(String format, String text) {
        return switch (format) {
            case "date-time" -> isDateTime(text);
            case "date" -> isDate(text);
            case "byte" -> isBase64(text);
            case "email" -> EMAIL.matcher(text).matches();
            case "ipv4" -> IPV4.matcher(text).matches();
            case "ipv6" -> IPV6.matcher(text).matches();
            case "cidr" -> isCidr(text);
            case "uri" -> isUri(text);
            case "uuid", "uuid3", "uuid4", "uuid5" -> UUID.matcher(text).matches();
            case "hostname" -> HOSTNAME.matcher(text).matches();
            case "duration" -> GoDuration.isDuration(text);
            default -> true;
        };
    }

    private static boolean isDateTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static boolean isDate(String text) {
        try {
            LocalDate.parse(text);
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isCidr(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return false;
        }
        String address = text.substring(0, slash);
        return (IPV4.matcher(address).matches() || IPV6.matcher(address).matches())
                && text.substring(slash + 1).matches("\\d{1,3}");
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).getScheme() != null || text.startsWith("/");
        } catch (URISyntaxException _) {
            return false;
        }
    }
}
