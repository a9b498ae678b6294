from mailparser.core import MailParser as MailParser
