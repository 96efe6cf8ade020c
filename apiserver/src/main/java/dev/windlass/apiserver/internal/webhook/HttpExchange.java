package dev.windlass.apiserver.internal.webhook;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One request and its answer in HTTP/1.1 over a connection that is open. The JDK's client would do, could it be told the {@code Host} that a service is
 * called by, or the words for what goes wrong.
 */
final class HttpExchange {
    private static final int LONGEST_LINE = 64 * 1024;

    private HttpExchange() {
    }

    /** @param headers by their names in lower case */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Answer(int code, Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /**
     * @param host as the request names it
     * @param path with the query
     */
    static Answer post(InputStream in, OutputStream out, String host, String path, byte[] json) throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: " + host
                + "\r\nUser-Agent: kube-apiserver-admission\r\nContent-Length: " + json.length
                + "\r\nAccept: application/json, */*\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
        ByteArrayOutputStream request = new ByteArrayOutputStream(head.length() + json.length);
        request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(json);
        out.write(request.toByteArray());
        out.flush();
        int code = status(in);
        Map<String, String> headers = headers(in);
        while (code >= 100 && code < 200) {
            code = status(in);
            headers = headers(in);
        }
        return new Answer(code, headers, body(in, code, headers));
    }

    private static int status(InputStream in) throws IOException {
        String line = line(in);
        if (!line.matches("HTTP/1\\.[01] \\d{3}( .*)?")) {
            throw new IOException("malformed HTTP response " + line);
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return headers;
    }

    private static byte[] body(InputStream in, int code, Map<String, String> headers) throws IOException {
        if (code == 204 || code == 304) {
            return new byte[0];
        }
        if (headers.getOrDefault("transfer-encoding", "").toLowerCase(Locale.ROOT).endsWith("chunked")) {
            return chunks(in);
        }
        String length = headers.get("content-length");
        return length == null ? in.readAllBytes() : exactly(in, number(length, 10));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = number(line(in).replaceFirst(";.*", ""), 16);
            if (length == 0) {
                headers(in);
                return body.toByteArray();
            }
            body.writeBytes(exactly(in, length));
            line(in);
        }
    }

    private static int number(String text, int radix) throws IOException {
        try {
            return Integer.parseUnsignedInt(text.strip(), radix);
        } catch (NumberFormatException e) {
            throw new IOException("malformed length " + text, e);
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] read = in.readNBytes(length);
        if (read.length < length) {
            throw new EOFException("unexpected EOF");
        }
        return read;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("EOF");
            }
            if (line.size() > LONGEST_LINE) {
                throw new IOException("a line of the answer is longer than " + LONGEST_LINE + " bytes");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
