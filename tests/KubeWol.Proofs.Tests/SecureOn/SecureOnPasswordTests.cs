using System.Text;
using KubeWol.Proofs.SecureOn;

namespace KubeWol.Proofs.Tests.SecureOn;

public sealed class SecureOnPasswordTests
{
    [Theory]
    [InlineData("192.168.1.1", "C0A80101")]
    [InlineData("192.168.1.1\n", "C0A80101")]
    [InlineData("192.168.1.1\r\n", "C0A80101")]
    [InlineData("0.0.0.0", "00000000")]
    [InlineData("255.255.255.255", "FFFFFFFF")]
    [InlineData("aa:bb:cc:dd:ee:ff", "AABBCCDDEEFF")]
    [InlineData("AA-BB-cc-dd-EE-0f\n", "AABBCCDDEE0F")]
    [InlineData("abcd", "61626364")]
    [InlineData("secret", "736563726574")]
    [InlineData("abcd\n", "61626364")]
    [InlineData("secret\n", "736563726574")]
    [InlineData("abcde\n", "61626364650A")] // six octets are six octets
    [InlineData("abc\n", "6162630A")]
    public void A_password_is_read_however_a_person_wrote_it(string secret, string octets)
    {
        Assert.True(SecureOnPassword.TryParse(Encoding.UTF8.GetBytes(secret), out var password));
        Assert.Equal(octets, Convert.ToHexString(password.Octets));
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("FFFFFFFF")]
    [InlineData("0A0A0A0A0A0A")]
    [InlineData("C0A8010AFF00")]
    public void Octets_are_taken_as_they_are(string octets)
    {
        Assert.True(SecureOnPassword.TryParse(Convert.FromHexString(octets), out var password));
        Assert.Equal(octets, Convert.ToHexString(password.Octets));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("abc")]
    [InlineData("abcde")]
    [InlineData("password")]
    [InlineData("192.168.1.256")]
    [InlineData("192.168.1")]
    [InlineData("192.168.1.1.1")]
    [InlineData("192.168.001.1")]
    [InlineData("0300.168.1.1")]
    [InlineData("0xc0.168.1.1")]
    [InlineData(" 192.168.1.1")]
    [InlineData("192.168.1.1\n\n")]
    [InlineData("aa:bb:cc:dd:ee:fg")]
    [InlineData("aa:bb:cc:dd-ee-ff")]
    [InlineData("aabb.ccdd.eeff")]
    [InlineData("aabbccddeeff")]
    [InlineData("aa:bb:cc:dd:ee:ff:00")]
    [InlineData("::ffff:1.2.3.4")]
    [InlineData("pässwörter")]
    public void What_is_no_password_is_refused_not_guessed_at(string secret) => Assert.False(SecureOnPassword.TryParse(Encoding.UTF8.GetBytes(secret), out _));

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_password_does_not_print(int length)
    {
        var password = SecureOnPassword.Of("hunter"u8[..length]);
        Assert.Equal($"a SecureOn password of {length} octets", $"{password}");
        Assert.Empty(typeof(SecureOnPassword).GetProperties()); // nor would a serialiser or a logger find it
    }
}
