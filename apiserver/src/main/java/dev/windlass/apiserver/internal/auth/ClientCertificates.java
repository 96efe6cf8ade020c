package dev.windlass.apiserver.internal.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Knows users by certificates of one authority: the common name is the user's, each organisation is a group. Thread-safe. */
public final class ClientCertificates {
    private static final String FOR_CLIENTS = "1.3.6.1.5.5.7.3.2";
    private static final String CREDENTIAL = "authentication.kubernetes.io/credential-id";

    private final Supplier<X509Certificate> authority;
    private final InstantSource clock;

    /**
     * @param authority
     *            the one of now
     * @param clock
     *            says when a certificate has expired
     */
    public ClientCertificates(Supplier<X509Certificate> authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** @return null when the certificate is of another authority, has expired, or is not for clients */
    @Nullable
    User userOf(X509Certificate certificate) {
        try {
            certificate.verify(authority.get().getPublicKey());
            certificate.checkValidity(Date.from(clock.instant()));
            List<String> uses = certificate.getExtendedKeyUsage();
            LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
            List<String> names = values(subject, "CN");
            if ((uses != null && !uses.contains(FOR_CLIENTS)) || names.isEmpty()) {
                return null;
            }
            String print = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
            return new User(names.getLast(), "", values(subject, "O"),
                    Map.of(CREDENTIAL, List.of("X509SHA256=" + print)));
        } catch (GeneralSecurityException | NamingException _) {
            return null; // it proves nothing, which is as good as none
        }
    }

    /** In the order of the certificate. */
    private static List<String> values(LdapName subject, String type) throws NamingException {
        List<String> values = new ArrayList<>();
        for (Rdn part : subject.getRdns()) {
            Attribute attribute = part.toAttributes().get(type);
            for (int i = 0; attribute != null && i < attribute.size(); i++) {
                if (attribute.get(i) instanceof String value) {
                    values.add(value);
                }
            }
        }
        return values;
    }
}
